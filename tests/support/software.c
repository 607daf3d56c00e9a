/* SPDX-License-Identifier: MIT */
#include "sim/scenario.h"

const bool scenario_on_software = true; /* tests/qtest says something else */
