# The headers of Boost, 1.74 or newer: Asio, Beast and Intrusive, of which nothing has to be linked.
find_path(BOOST_INCLUDE_DIR boost/beast/http/basic_parser.hpp)
set(boost_help "Install it (Debian: libboost-dev), name it with -DCMAKE_PREFIX_PATH, "
  "or build without serving (-DMLOPS_HTTP=OFF)")
if(NOT BOOST_INCLUDE_DIR)
  message(FATAL_ERROR "There is no Boost here. " ${boost_help})
endif()
file(STRINGS ${BOOST_INCLUDE_DIR}/boost/version.hpp boost_version REGEX "#define BOOST_VERSION ")
string(REGEX REPLACE "[^0-9]" "" boost_version "${boost_version}")
if(boost_version LESS 107400)
  message(FATAL_ERROR "${BOOST_INCLUDE_DIR} is older than Boost 1.74. " ${boost_help})
endif()

find_package(Threads REQUIRED)
add_library(mlops_boost INTERFACE)
target_include_directories(mlops_boost SYSTEM INTERFACE ${BOOST_INCLUDE_DIR})
target_link_libraries(mlops_boost INTERFACE Threads::Threads)
