#pragma once
/// The machine, as /proc, /sys and /etc tell it.

#include <mlops/json/value.hpp>

namespace mlops::run {

/// {"system","kernel","host","cpu","cpus","memory_bytes","gpus":[...]}; null for what is not told.
json::Object machine_facts();

}  // namespace mlops::run
