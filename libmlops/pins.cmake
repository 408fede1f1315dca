# mlops_pin(PACKAGE OUT_DIR)
#
# Sets OUT_DIR to a folder with the pinned files of PACKAGE (pins.txt), for a library that neither the user
# nor the distribution has: callers try find_library first. The package file is fetched with `npm pack`, which
# runs no script and installs nothing, from whatever registry the user's npm is configured for, into a per-user
# cache; its SHA-512 is compared every time it is unpacked. Without network, a package file put into that cache
# by hand serves as well.

set(MLOPS_PINS ${CMAKE_CURRENT_LIST_DIR}/pins.txt)

function(mlops_pin_cache out)
  if(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
    set(${out} $ENV{XDG_CACHE_HOME}/mlops/pins PARENT_SCOPE)
  elseif(DEFINED ENV{HOME} AND NOT "$ENV{HOME}" STREQUAL "")
    set(${out} $ENV{HOME}/.cache/mlops/pins PARENT_SCOPE)
  else()
    set(${out} ${CMAKE_BINARY_DIR}/pins/cache PARENT_SCOPE)
  endif()
endfunction()

# Fetches package@version as `file`, under another name first, so that a file of that name is always whole.
function(mlops_pin_fetch package version file)
  find_program(MLOPS_NPM npm)
  string(CONCAT way_out "Install npm, or put that package's file there as\n  ${file}\n"
    "or build without what needs it (-DMLOPS_TABLE=OFF)")
  if(NOT MLOPS_NPM)
    message(FATAL_ERROR "npm is needed to fetch ${package}@${version} and was not found. ${way_out}")
  endif()
  message(STATUS "Fetching ${package}@${version}")
  string(RANDOM LENGTH 12 suffix)
  set(folder ${file}.${suffix})
  file(MAKE_DIRECTORY ${folder})
  execute_process(COMMAND ${MLOPS_NPM} pack ${package}@${version} --silent --pack-destination ${folder}
    WORKING_DIRECTORY ${folder} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  file(GLOB fetched ${folder}/*.tgz)
  if(status EQUAL 0 AND fetched)
    file(RENAME ${fetched} ${file})
  endif()
  file(REMOVE_RECURSE ${folder})
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "`npm pack ${package}@${version}` failed (${status}): is the network there?\n"
      "${output}${way_out}")
  endif()
endfunction()

function(mlops_pin package out)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${MLOPS_PINS})
  file(STRINGS ${MLOPS_PINS} lines REGEX "^${package} ")
  if(NOT lines)
    message(FATAL_ERROR "${package} is not in ${MLOPS_PINS}")
  endif()
  string(REPLACE " " ";" words "${lines}")
  list(POP_FRONT words name version sha512)
  string(REGEX REPLACE "[@/]+" "-" file_name "${package}-${version}")
  string(REGEX REPLACE "^-" "" file_name ${file_name})

  set(folder ${CMAKE_BINARY_DIR}/pins/${file_name})
  set(${out} ${folder}/package PARENT_SCOPE)
  if(EXISTS ${folder}/${sha512})
    return()
  endif()
  mlops_pin_cache(cache)
  set(file ${cache}/${file_name}.tgz)
  if(NOT EXISTS ${file})
    mlops_pin_fetch(${package} ${version} ${file})
  endif()
  file(SHA512 ${file} seen)
  if(NOT seen STREQUAL sha512)
    message(FATAL_ERROR "${file} is not ${package}@${version}: its SHA-512 is\n  ${seen}\n"
      "and should be\n  ${sha512}\nDelete the file to fetch it again")
  endif()
  file(REMOVE_RECURSE ${folder})
  file(MAKE_DIRECTORY ${folder})
  execute_process(COMMAND ${CMAKE_COMMAND} -E tar xzf ${file} -- ${words}
    WORKING_DIRECTORY ${folder} COMMAND_ERROR_IS_FATAL ANY)
  foreach(wanted IN LISTS words)
    if(NOT EXISTS ${folder}/${wanted})
      message(FATAL_ERROR "${file} has no ${wanted}")
    endif()
  endforeach()
  file(TOUCH ${folder}/${sha512})
endfunction()
