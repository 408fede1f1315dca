# Included by the preset tidy instead of speed.cmake: clang-tidy beside the compiler. What it looks for is part of its
# command, so that all files are looked at again when that changes.
include(${CMAKE_CURRENT_LIST_DIR}/speed.cmake)
set(checks "")
foreach(file .clang-tidy tests/.clang-tidy)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${file})
  file(MD5 ${CMAKE_SOURCE_DIR}/${file} digest)
  string(APPEND checks ${digest})
endforeach()
set(CMAKE_CXX_CLANG_TIDY clang-tidy --quiet --extra-arg=-DCHECKS_${checks})
