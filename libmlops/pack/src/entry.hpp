#pragma once
/// The symbols of the engine `pack`, shared by the half that looks it up and the half that has it.

#include <mlops/pack/stream.hpp>

/// The caller owns the reader. Throws Error.
extern "C" mlops::pack::Reader* mlops_pack_open(const std::filesystem::path& file);

/// "zlib 1.2.13, zstd 1.5.4", for `mlops version -v` and `mlops doctor`: every engine has this symbol.
extern "C" const char* mlops_engine_version();
