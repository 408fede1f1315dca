#pragma once
/// Which objects a remote has, and where, by its ledger and the indexes of its packs.

#include <mlops/base/digest.hpp>
#include <mlops/remote/ledger.hpp>
#include <mlops/store/exchange.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mlops::remote {

class Inventory {
 public:
  /// `tail_of` gives the last bytes of a pack, which are its index; from many threads, `threads` of them.
  Inventory(const Ledger& ledger, unsigned threads,
            const std::function<std::string(const PackItem& pack)>& tail_of);

  struct Packed {
    Digest digest = {};
    std::uint64_t offset = 0;
    std::uint32_t pack = 0;  ///< Its number in the ledger.
    std::uint32_t stored = 0;
    std::uint32_t size = 0;
  };

  bool has(const Digest& digest) const;
  const Packed* find_packed(const Digest& digest) const;
  const ObjectItem* find_object(const Digest& digest) const;

 private:
  std::vector<Packed> packed_;
  std::vector<ObjectItem> objects_;  ///< Sorted; of the same digest the whole one first.
};

}  // namespace mlops::remote
