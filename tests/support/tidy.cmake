# Included by the preset tidy instead of speed.cmake: clang-tidy beside the compiler. What it looks for is part of its
# command, so that another .clang-tidy has every file looked at again.
include(${CMAKE_CURRENT_LIST_DIR}/speed.cmake)
set(checks ${CMAKE_SOURCE_DIR}/.clang-tidy)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${checks})
file(MD5 ${checks} digest)
set(CMAKE_CXX_CLANG_TIDY clang-tidy --quiet --extra-arg=-DCHECKS_${digest})
