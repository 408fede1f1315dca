#pragma once
/// The one symbol of the engine `pack`, shared by the half that looks it up and the half that has it.

#include <mlops/pack/stream.hpp>

/// The caller owns the reader. Throws Error.
extern "C" mlops::pack::Reader* mlops_pack_open(const std::filesystem::path& file);
