# SPDX-License-Identifier: MIT
#
# find_package(lwnvme): from PREFIX/share/lwnvme/cmake, wherever PREFIX has been moved to.

get_filename_component(LWNVME_ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
get_filename_component(LWNVME_INCLUDES "${CMAKE_CURRENT_LIST_DIR}/../../../include" ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/lwnvme.cmake")
# A script (cmake -P) has no targets, and gets the lists.
if(NOT CMAKE_SCRIPT_MODE_FILE AND NOT TARGET lwnvme::lwnvme)
    lwnvme_target(lwnvme::lwnvme LWNVME_SOURCES IMPORTED)
    lwnvme_target(lwnvme::boot LWNVME_BOOT_SOURCES IMPORTED)
    set_target_properties(lwnvme::boot PROPERTIES INTERFACE_COMPILE_DEFINITIONS LWNVME_CONFIG_BOOT=1)
endif()
