#!/bin/sh
# SPDX-License-Identifier: MIT
# Two versions in one image: the newer one as it is, and the older one, in older/, under a name of its own. The older one
# is configured in another way besides: options have their own names too.
set -eu
options="-DOLD_NVME_CONFIG_ADMIN_ENTRIES=32 -DOLD_NVME_CONFIG_LOG=0 -DOLD_NVME_CONFIG_SHARED=0"
"$CHANGEPREFIX" old_nvme older renamed
"$CHANGEPREFIX" old_nvme port.c renamed/port.c

gcc -std=c11 -O0 -c lwnvme.c -o lwnvme.o
gcc -std=c11 -O0 -DAMALGAMATED -c port.c -o port.o
# shellcheck disable=SC2086
gcc -std=c11 -O0 $options -c renamed/old_nvme.c -o old_nvme.o
# shellcheck disable=SC2086
gcc -std=c11 -O0 $options -DAMALGAMATED -I. \
    -Dport_open=old_port_open -Dport_read=old_port_read -Dport_close=old_port_close -Dport_version=old_port_version \
    -c renamed/port.c -o old_port.o
gcc -std=c11 -O0 -DAMALGAMATED -I. -Irenamed both.c port.o lwnvme.o old_port.o old_nvme.o "$MACHINE" -o both
