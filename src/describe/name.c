/* SPDX-License-Identifier: MIT */
/*
 * Names of features, which several files need.
 *
 * Base, section 5.1.25, Feature Identifiers figures.
 */
#include "engine.h"

const char lwnvme_describe_feature_names[] =
    "=1 Arbitration|=2 Power Management|=3 LBA Range Type|=4 Temperature Threshold|=5 Error Recovery|"
    "=6 Volatile Write Cache|=7 Number of Queues|=8 Interrupt Coalescing|"
    "=9 Interrupt Vector Configuration|=10 Write Atomicity Normal|=11 Asynchronous Event Configuration|"
    "=12 Autonomous Power State Transition|=13 Host Memory Buffer|=14 Timestamp|=15 Keep Alive Timer|"
    "=16 Host Controlled Thermal Management|=17 Non-Operational Power State Config|"
    "=18 Read Recovery Level Config|=19 Predictable Latency Mode Config|"
    "=20 Predictable Latency Mode Window|=21 LBA Status Information Report Interval|"
    "=22 Host Behavior Support|=23 Sanitize Config|=24 Endurance Group Event Configuration|"
    "=25 I/O Command Set Profile|=26 Spinup Control|=27 Power Loss Signaling Config|"
    "=28 Performance Characteristics|=29 Flexible Data Placement|=30 Flexible Data Placement Events|"
    "=31 Namespace Admin Label|=32 Key Value Configuration|=33 Controller Data Queue|"
    "=120 Embedded Management Controller Address|=121 Host Management Agent Address|"
    "=125 Enhanced Controller Metadata|=126 Controller Metadata|=127 Namespace Metadata|"
    "=128 Software Progress Marker|=129 Host Identifier|=130 Reservation Notification Mask|"
    "=131 Reservation Persistence|=132 Namespace Write Protection Config|"
    "=133 Boot Partition Write Protection Config";
