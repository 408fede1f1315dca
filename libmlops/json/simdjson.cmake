# The target `simdjson`: the simdjson, 3.0 or newer, that CMake finds (-DSIMDJSON_LIBRARY, -DSIMDJSON_INCLUDE_DIR,
# CMAKE_PREFIX_PATH).
find_path(SIMDJSON_INCLUDE_DIR simdjson.h)
find_library(SIMDJSON_LIBRARY simdjson)
set(simdjson_help "Install it (Debian: libsimdjson-dev), name it with -DCMAKE_PREFIX_PATH, "
  "or build without the reader that serving needs (-DMLOPS_JSON=OFF)")
if(NOT SIMDJSON_INCLUDE_DIR OR NOT SIMDJSON_LIBRARY)
  message(FATAL_ERROR "There is no simdjson here. " ${simdjson_help})
endif()

add_library(simdjson SHARED IMPORTED)
set_target_properties(simdjson PROPERTIES IMPORTED_LOCATION ${SIMDJSON_LIBRARY})
target_include_directories(simdjson SYSTEM INTERFACE ${SIMDJSON_INCLUDE_DIR})
