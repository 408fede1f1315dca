# mlops_module(name LAYER n [DEPS module...] [SOURCES file...] [PRIVATE_LIBS target...])
#
# Makes the static library mlops_<name> (alias mlops::<name>) of libmlops/<name>/. Its public headers are
# include/mlops/<name>/*.hpp; a module sees the headers of its DEPS and of nobody else, and each of them must
# stand on a smaller layer. PRIVATE_LIBS are the foreign libraries that only this module may use.
define_property(GLOBAL PROPERTY MLOPS_MODULES)

add_library(mlops_warnings INTERFACE)
target_compile_options(mlops_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wmissing-declarations
  $<$<BOOL:${MLOPS_WERROR}>:-Werror>)

function(mlops_module name)
  cmake_parse_arguments(PARSE_ARGV 1 M "" "LAYER" "DEPS;SOURCES;PRIVATE_LIBS")
  if(M_UNPARSED_ARGUMENTS OR NOT DEFINED M_LAYER OR NOT M_SOURCES)
    message(FATAL_ERROR "mlops_module(${name} LAYER n [DEPS ...] SOURCES ... [PRIVATE_LIBS ...])")
  endif()
  foreach(dep IN LISTS M_DEPS)
    get_property(layer GLOBAL PROPERTY MLOPS_LAYER_${dep})
    if("${layer}" STREQUAL "")
      message(FATAL_ERROR "${name} depends on ${dep}, which is not a module declared before it")
    elseif(NOT layer LESS M_LAYER)
      message(FATAL_ERROR "${name} (layer ${M_LAYER}) may not depend on ${dep} (layer ${layer})")
    endif()
  endforeach()
  set_property(GLOBAL PROPERTY MLOPS_LAYER_${name} ${M_LAYER})
  set_property(GLOBAL APPEND PROPERTY MLOPS_MODULES ${name})

  add_library(mlops_${name} STATIC ${M_SOURCES})
  add_library(mlops::${name} ALIAS mlops_${name})
  file(GLOB headers CONFIGURE_DEPENDS include/mlops/${name}/*.hpp)
  target_sources(mlops_${name} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${headers})
  target_include_directories(mlops_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  set_target_properties(mlops_${name} PROPERTIES
    VERIFY_INTERFACE_HEADER_SETS ON CXX_VISIBILITY_PRESET default)
  list(TRANSFORM M_DEPS PREPEND mlops::)
  target_link_libraries(mlops_${name} PUBLIC ${M_DEPS} PRIVATE ${M_PRIVATE_LIBS} mlops_warnings)
endfunction()

# mlops_engine(name [OF module] SOURCES file... LIBS target...)
#
# Makes lib/mlops/engines/<name>.so: the heavy half of a module, that of the same name unless OF says otherwise, opened
# by base::Engines when a command first needs it, so that commands which do not need it start without paying for its
# libraries.
function(mlops_engine name)
  cmake_parse_arguments(PARSE_ARGV 1 E "" "OF" "SOURCES;LIBS")
  if(NOT E_OF)
    set(E_OF ${name})
  endif()
  add_library(mlops_engine_${name} MODULE ${E_SOURCES})
  set_property(GLOBAL APPEND PROPERTY MLOPS_ENGINES mlops_engine_${name})
  target_include_directories(mlops_engine_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(mlops_engine_${name} PRIVATE mlops::${E_OF} ${E_LIBS} mlops_warnings)
  set_target_properties(mlops_engine_${name} PROPERTIES PREFIX "" OUTPUT_NAME ${name}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/mlops/engines)
  install(TARGETS mlops_engine_${name} LIBRARY DESTINATION lib/mlops/engines)
endfunction()

# mlops_bring(engine name LIBRARY)
#
# Puts the shared library LIBRARY, and what it needs beyond the C and C++ runtime, beside `engine` under the names they
# are loaded by: lib/mlops/libs, in the build tree and installed.
function(mlops_bring engine name library)
  set(script ${PROJECT_SOURCE_DIR}/libmlops/bring.cmake)
  set(libs ${CMAKE_BINARY_DIR}/lib/mlops/libs)
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/${name}.stamp)
  file(REAL_PATH ${library} real)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} -DLIBRARY=${library} -DLIBS=${libs} -DLIST=${stamp} -P ${script}
    DEPENDS ${real} ${script} COMMENT "Copying ${name}" VERBATIM)
  add_custom_target(mlops_${name} DEPENDS ${stamp})
  add_dependencies(${engine} mlops_${name})
  # An RPATH, not a RUNPATH: it also holds for what the library needs.
  target_link_options(${engine} PRIVATE -Wl,--disable-new-dtags)
  set_target_properties(${engine} PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN/../libs")
  install(CODE "file(STRINGS \"${stamp}\" names)
    foreach(name IN LISTS names)
      file(INSTALL \"${libs}/\${name}\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/mlops/libs\" TYPE PROGRAM)
    endforeach()")
endfunction()
