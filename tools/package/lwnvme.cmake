# SPDX-License-Identifier: MIT
#
# What CMake has to know, from where it stands already: the lists of lwnvme.mk and the version of lwnvme.h.
#
# Before: LWNVME_ROOT, the directory of lwnvme.mk and src/, and LWNVME_INCLUDES, that of the public headers.
# After: LWNVME_SOURCES, LWNVME_BOOT_SOURCES and LWNVME_VERSION; and lwnvme_target, which makes an INTERFACE target: its
# sources are compiled as a part of whatever links it, with that one's own flags.

set(LWNVME_LIST "${LWNVME_ROOT}/lwnvme.mk")
file(READ "${LWNVME_LIST}" lwnvme_text)
string(FIND "${lwnvme_text}" "LWNVME_SOURCES :=" lwnvme_all)
string(FIND "${lwnvme_text}" "LWNVME_BOOT_SOURCES :=" lwnvme_boot)
if(lwnvme_all LESS 0 OR lwnvme_boot LESS lwnvme_all)
    message(FATAL_ERROR "lwnvme: ${LWNVME_LIST} has no lists of sources")
endif()
math(EXPR lwnvme_length "${lwnvme_boot} - ${lwnvme_all}")
string(SUBSTRING "${lwnvme_text}" ${lwnvme_all} ${lwnvme_length} lwnvme_all)
string(SUBSTRING "${lwnvme_text}" ${lwnvme_boot} -1 lwnvme_boot)
string(REGEX MATCHALL "[a-z0-9_]+/[a-z0-9_]+\\.c" LWNVME_SOURCES "${lwnvme_all}")
string(REGEX MATCHALL "[a-z0-9_]+/[a-z0-9_]+\\.c" LWNVME_BOOT_SOURCES "${lwnvme_boot}")
list(TRANSFORM LWNVME_SOURCES PREPEND "${LWNVME_ROOT}/src/")
list(TRANSFORM LWNVME_BOOT_SOURCES PREPEND "${LWNVME_ROOT}/src/")

file(READ "${LWNVME_INCLUDES}/lwnvme/lwnvme.h" lwnvme_text)
set(LWNVME_VERSION "")
foreach(lwnvme_part MAJOR MINOR PATCH)
    if(NOT lwnvme_text MATCHES "#define LWNVME_VERSION_${lwnvme_part} ([0-9]+)")
        message(FATAL_ERROR "lwnvme: lwnvme.h has no LWNVME_VERSION_${lwnvme_part}")
    endif()
    string(APPEND LWNVME_VERSION ".${CMAKE_MATCH_1}")
endforeach()
string(SUBSTRING "${LWNVME_VERSION}" 1 -1 LWNVME_VERSION)

# lwnvme_target(name, list of sources): the name of the target to make; IMPORTED may follow, for a package.
function(lwnvme_target name list)
    add_library(${name} INTERFACE ${ARGN})
    set_target_properties(${name} PROPERTIES INTERFACE_SOURCES "${${list}}"
        INTERFACE_INCLUDE_DIRECTORIES "${LWNVME_INCLUDES}" INTERFACE_COMPILE_FEATURES c_std_11)
    # A list that changes is read again.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${LWNVME_LIST}")
endfunction()
