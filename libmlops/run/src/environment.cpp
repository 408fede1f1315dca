#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/run/run.hpp>

#include <algorithm>

#include "machine.hpp"
#include "packages.hpp"

namespace mlops::run {
namespace {

/// Variables that decide how numeric code computes, finds its libraries or is placed; a name that ends in '*'
/// stands for all that begin so.
constexpr std::string_view kept_variables[] = {"PYTHON*",
                                               "CUDA*",
                                               "NVIDIA_*",
                                               "OMP_*",
                                               "MKL_*",
                                               "OPENBLAS_*",
                                               "BLIS_*",
                                               "NUMEXPR_*",
                                               "VECLIB_*",
                                               "KMP_*",
                                               "GOMP_*",
                                               "TF_*",
                                               "TORCH_*",
                                               "PYTORCH_*",
                                               "XLA_*",
                                               "JAX_*",
                                               "NCCL_*",
                                               "ROCM_*",
                                               "HIP_*",
                                               "HSA_*",
                                               "MALLOC_*",
                                               "LC_*",
                                               "LANG",
                                               "TZ",
                                               "LD_PRELOAD",
                                               "LD_LIBRARY_PATH",
                                               "VIRTUAL_ENV",
                                               "CONDA_PREFIX",
                                               "CONDA_DEFAULT_ENV",
                                               "R_LIBS",
                                               "R_HOME",
                                               "JULIA_*",
                                               "MLOPS_PARAM_*",
                                               "MLOPS_SEED",
                                               "SLURM_JOB_ID",
                                               "SLURM_PROCID",
                                               "SLURM_NTASKS"};

constexpr std::string_view secret_words[] = {"TOKEN", "SECRET", "PASS",    "KEY",  "CREDENTIAL",
                                             "AUTH",  "COOKIE", "PRIVATE", "CERT", "SIGNATURE"};

constexpr std::string_view lock_files[] = {
    "requirements.txt", "requirements.lock", "pyproject.toml",   "poetry.lock",    "uv.lock",
    "Pipfile.lock",     "environment.yml",   "environment.yaml", "conda-lock.yml", "pixi.lock",
    "renv.lock",        "package-lock.json", "Cargo.lock",       "go.sum",         "Manifest.toml",
    "Gemfile.lock",     "setup.cfg"};

constexpr std::uint64_t largest_lock_file = 16 << 20;

bool fits(std::string_view name, std::string_view pattern) {
  if (!pattern.ends_with('*')) return name == pattern;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool looks_secret(const std::string& name, const std::string& value) {
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  for (const std::string_view word : secret_words) {
    if (upper.find(word) != std::string::npos) return true;
  }
  const std::size_t scheme = value.find("://");
  return scheme != std::string::npos && value.find('@', scheme) != std::string::npos;
}

json::Object variables(const Variables& environment) {
  json::Object out;
  for (const auto& [name, value] : environment) {
    const bool wanted = std::any_of(std::begin(kept_variables), std::end(kept_variables),
                                    [&name = name](std::string_view one) { return fits(name, one); });
    if (wanted && !looks_secret(name, value)) out.append(name, value);
  }
  return out;
}

json::Object locks_in(store::Objects& objects, const std::filesystem::path& folder) {
  json::Object out;
  for (const std::string_view name : lock_files) {
    if (folder.empty()) break;
    const auto path = folder / name;
    std::error_code ignored;
    const bool plain = std::filesystem::is_regular_file(path, ignored);
    if (plain && std::filesystem::file_size(path, ignored) <= largest_lock_file) {
      out.append(std::string(name), objects.put_file(path).text());
    }
  }
  return out;
}

std::string summary(const json::Object& machine, const std::string& python) {
  const json::Value all(machine);
  std::string out = all["system"].text_or("Linux");
  out += fmt::format(", {}", count_of(static_cast<std::uint64_t>(all["cpus"].int_or(1)), "CPU"));
  const std::int64_t memory = all["memory_bytes"].int_or(0);
  if (memory > 0) out += fmt::format(", {}", size_text(static_cast<std::uint64_t>(memory)));
  if (const auto* gpus = all["gpus"].as_array(); gpus != nullptr && !gpus->empty()) {
    out += fmt::format(", {} x {}", gpus->size(), gpus->front().text_or("GPU"));
  }
  return python.empty() ? out : out + ", python " + python;
}

}  // namespace

Environment capture_environment(store::Objects& objects, const Variables& environment,
                                const std::filesystem::path& folder) {
  const json::Object machine = machine_facts();
  const json::Object packages = installed_packages(environment);
  const json::Object listing = {{"environment", 1},
                                {"machine", machine},
                                {"packages", packages},
                                {"locks", locks_in(objects, folder)},
                                {"variables", variables(environment)}};
  const json::Value clean = json::parse(json::dump(listing));
  return {.listing = objects.put(json::canonical(clean)),
          .summary = summary(machine, python_version(packages))};
}

}  // namespace mlops::run
