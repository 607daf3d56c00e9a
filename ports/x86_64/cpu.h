/* SPDX-License-Identifier: MIT */
/* x86-64 and i686 ports: the name by which files of ports/common find the processor's instructions. */
#ifndef LWNVME_PORT_X86_64_CPU_H
#define LWNVME_PORT_X86_64_CPU_H

#include "io.h"

#endif
