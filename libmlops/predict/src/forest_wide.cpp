#include "src/forest_model.hpp"

#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // Of the header's undefined registers: GCC 105593.
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>

// One row, sixteen trees in a register and four registers at once, where the processor has AVX-512. Lane by
// lane the same comparisons and then the same sums in the same order as elsewhere.
namespace mlops::predict {

#if defined(__x86_64__)

bool Forest::wide() const {
  return __builtin_cpu_supports("avx512f") &&
         std::none_of(trees_.begin(), trees_.end(), [](const Tree& tree) { return tree.categories; });
}

namespace {

#define MLOPS_WIDE __attribute__((target("avx512f")))

constexpr std::size_t lanes = 16;

/// Sixteen nodes: what they compare with, and slot and left as they lie in a node.
struct Fetched {
  __m512 value;
  __m512i meta;
};

MLOPS_WIDE inline Fetched fetch(const void* nodes, __m512i at) {
  const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
  const __m512i a = _mm512_i32gather_epi64(_mm512_castsi512_si256(at), nodes, 8);
  const __m512i b = _mm512_i32gather_epi64(_mm512_extracti64x4_epi64(at, 1), nodes, 8);
  return {_mm512_castsi512_ps(_mm512_permutex2var_epi32(a, even, b)), _mm512_permutex2var_epi32(a, odd, b)};
}

/// A row's values by slot. A few fit into two registers, where no load is needed.
template <bool few>
class RowValues {
 public:
  MLOPS_WIDE RowValues(const float* row, std::size_t count) : row_(row) {
    const std::uint64_t there = few ? (std::uint64_t{1} << count) - 1 : 0;
    low_ = _mm512_maskz_loadu_ps(static_cast<__mmask16>(there), row);
    high_ = _mm512_maskz_loadu_ps(static_cast<__mmask16>(there >> lanes), row + lanes);
  }
  MLOPS_WIDE __m512 at(__m512i slot) const {
    return few ? _mm512_permutex2var_ps(low_, slot, high_) : _mm512_i32gather_ps(slot, row_, sizeof(float));
  }

 private:
  const float* row_;
  __m512 low_;
  __m512 high_;
};

}  // namespace

template <bool missing, bool few, std::size_t registers>
MLOPS_WIDE void Forest::walk_wide(std::size_t first, const float* row, float* leaves) const {
  const RowValues<few> values(row, slots());
  std::uint16_t depth = 0;
  for (std::size_t i = first; i < std::min(first + registers * lanes, trees_.size()); i += in_flight)
    depth = std::max(depth, blocks_[i / in_flight].depth);
  __m512i root[registers];
  __m512i at[registers];
  for (std::size_t k = 0; k < registers; ++k)
    at[k] = root[k] = _mm512_loadu_si512(roots_.data() + first + k * lanes);
  for (; depth != 0; --depth) {
#pragma GCC unroll 4
    for (std::size_t k = 0; k < registers; ++k) {
      const Fetched node = fetch(nodes_.data(), at[k]);
      const __m512 value = values.at(_mm512_and_si512(node.meta, _mm512_set1_epi32(missing_left - 1)));
      __mmask16 right = _mm512_cmp_ps_mask(value, node.value, _CMP_GE_OQ);
      if constexpr (missing) {
        const __mmask16 to_right = _mm512_testn_epi32_mask(node.meta, _mm512_set1_epi32(missing_left));
        right |= _mm512_mask_cmp_ps_mask(to_right, value, value, _CMP_UNORD_Q);
      }
      const __m512i left = _mm512_add_epi32(root[k], _mm512_srli_epi32(node.meta, 16));
      at[k] = _mm512_mask_add_epi32(left, right, left, _mm512_set1_epi32(1));
    }
  }
  for (std::size_t k = 0; k < registers; ++k)
    _mm512_storeu_ps(leaves + k * lanes, _mm512_i32gather_ps(at[k], nodes_.data(), sizeof(Node)));
}

// The same trees for all rows, so that they stay in a near cache.
template <bool missing, bool few>
void Forest::wide_rows_of(const float* rows, std::size_t count, float* sums) const {
  std::array<float, wide_trees> leaves;
  for (std::size_t first = 0; first < trees_.size(); first += wide_trees) {
    const std::size_t trees = std::min(wide_trees, trees_.size() - first);
    for (std::size_t row = 0; row < count; ++row) {
      const float* const values = rows + row * slots();
      if (trees > lanes) walk_wide<missing, few, 4>(first, values, leaves.data());
      else walk_wide<missing, few, 1>(first, values, leaves.data());
      add_leaves(first, trees, leaves.data(), sums + row * groups());
    }
  }
}

template <bool missing>
void Forest::wide_rows(const float* rows, std::size_t count, float* sums) const {
  if (slots() <= 32) wide_rows_of<missing, true>(rows, count, sums);
  else wide_rows_of<missing, false>(rows, count, sums);
}

#else

bool Forest::wide() const { return false; }

template <bool missing>
void Forest::wide_rows(const float*, std::size_t, float*) const {}

#endif

template void Forest::wide_rows<true>(const float*, std::size_t, float*) const;
template void Forest::wide_rows<false>(const float*, std::size_t, float*) const;

}  // namespace mlops::predict
