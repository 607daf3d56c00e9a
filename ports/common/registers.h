/* SPDX-License-Identifier: MIT */
/* Bare-metal ports: registers of PCI configuration space. PCI Local Bus Specification 3.0, chapter 6. */
#ifndef LWNVME_PORT_COMMON_REGISTERS_H
#define LWNVME_PORT_COMMON_REGISTERS_H

#define PCI_ID               0x00u
#define PCI_NOBODY           0xffffffffu
#define PCI_COMMAND          0x04u
#define PCI_COMMAND_IO       0x0001u
#define PCI_COMMAND_MEMORY   0x0002u
#define PCI_COMMAND_MASTER   0x0004u
#define PCI_COMMAND_NO_INTX  0x0400u
#define PCI_COMMAND_MASK     0xffffu     /* the upper half is status, where ones written clear bits */
#define PCI_STATUS_LIST      0x00100000u /* of the dword at PCI_COMMAND: there are capabilities */
#define PCI_CLASS            0x08u
#define PCI_HEADER           0x0cu
#define PCI_HEADER_TYPE      0x007f0000u
#define PCI_HEADER_BRIDGE    0x00010000u
#define PCI_MULTI_FUNCTION   0x00800000u
#define PCI_BAR0             0x10u
#define PCI_BARS             6u
#define PCI_BAR_IS_IO        0x1u
#define PCI_BAR_IS_64_BIT    0x4u
#define PCI_BAR_ADDRESS_MASK 0xfffffff0u
#define PCI_BUS_NUMBERS      0x18u /* of a bridge */
#define PCI_CAPABILITIES     0x34u
#define PCI_CAPABILITIES_MAX 48u /* as many as have room behind the header */
#define PCI_INTERRUPT        0x3cu
#define PCI_MSI              0x05u
#define PCI_EXPRESS          0x10u
#define PCI_MSIX             0x11u

#endif
