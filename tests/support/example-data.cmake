# cmake -D BUILD=folder -P example-data.cmake: prints the folder of the pinned example files, fetched when they are not
# there yet. Not part of the build: only demos and tests read them.
set(CMAKE_BINARY_DIR ${BUILD})
include(${CMAKE_CURRENT_LIST_DIR}/../../libmlops/pins.cmake)
mlops_pin(vega-datasets package)
execute_process(COMMAND ${CMAKE_COMMAND} -E echo ${package}/data)
