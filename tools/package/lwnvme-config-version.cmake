# SPDX-License-Identifier: MIT
#
# Whether this version will do for find_package(lwnvme VERSION): the same major, not older; before 1.0 the same minor too.

get_filename_component(LWNVME_ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
get_filename_component(LWNVME_INCLUDES "${CMAKE_CURRENT_LIST_DIR}/../../../include" ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/lwnvme.cmake")
set(PACKAGE_VERSION "${LWNVME_VERSION}")
string(REPLACE "." ";" lwnvme_have "${LWNVME_VERSION}")
list(GET lwnvme_have 0 lwnvme_major)
list(GET lwnvme_have 1 lwnvme_minor)
set(PACKAGE_VERSION_COMPATIBLE FALSE)
set(PACKAGE_VERSION_EXACT FALSE)
if(NOT PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION AND PACKAGE_FIND_VERSION_MAJOR EQUAL lwnvme_major AND
        (lwnvme_major GREATER 0 OR PACKAGE_FIND_VERSION_MINOR EQUAL lwnvme_minor))
    set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
    set(PACKAGE_VERSION_COMPATIBLE TRUE)
    set(PACKAGE_VERSION_EXACT TRUE)
endif()
