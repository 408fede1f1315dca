#pragma once
/// The Space of a bucket.

#include <mlops/remote/space.hpp>

#include <mutex>

#include "src/s3/service.hpp"

namespace mlops::remote::s3 {

class BucketSpace final : public Space {
 public:
  BucketSpace(const Address& address, const Surroundings& surroundings, const Manner& manner)
      : service_(address, surroundings, manner), one_writer_(address.one_writer) {}

  std::string name() const override;
  void list(const std::string& prefix, const std::string& after,
            const std::function<void(const Item& item)>& visit) override;
  std::optional<std::string> find(const std::string& key) override;
  void get(const std::string& key, std::uint64_t offset, std::uint64_t size,
           const std::function<void(std::string_view bytes)>& take) override;
  void put(const std::string& key, std::string_view bytes) override;
  void put_file(const std::string& key, const std::filesystem::path& file,
                const std::optional<Digest>& digest, const Moved& moved) override;
  bool create(const std::string& key, std::string_view bytes) override;
  void remove(const std::string& key) override;

 private:
  std::string whole(const std::string& key) const { return service_.prefix() + key; }
  Page page(const std::string& prefix, const std::string& after, const std::string& token);
  void require_compare_and_swap();
  Told put_new(const std::string& key, std::string_view bytes);

  Service service_;
  const bool one_writer_;
  std::mutex probing_;
  bool probed_ = false;  // and found good
};

}  // namespace mlops::remote::s3
