/// The beginning of a delimited file: encoding, dialect, header, types.
#include <mlops/base/text.hpp>
#include <mlops/dataset/encoding.hpp>
#include <mlops/dataset/sniff.hpp>

#include "fuzz.hpp"

namespace {

using namespace mlops;
using namespace mlops::dataset;

std::string as_utf8(std::string_view bytes, std::size_t piece) {
  EncodingCounter counter;
  counter.look(bytes);
  Transcoder transcoder(counter.decide());
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) transcoder.feed(bytes.substr(at, piece), out);
  transcoder.finish(out);
  fuzz::require(counter.decide() == Encoding::utf8 || is_utf8(out), "what is not UTF-8 becomes it");
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t choice = input.byte();
  const std::string text = as_utf8(input.rest(), 1 + choice / 16);
  fuzz::require(text == as_utf8(input.rest(), 4096), "pieces do not matter");
  manifest::ReadOptions wishes;
  if ((choice & 1) != 0) wishes.header = (choice & 2) != 0;
  if ((choice & 4) != 0) wishes.null = {"NA", "-"};
  const bool complete = (choice & 8) != 0;
  fuzz::taken({Code::corrupt, Code::usage}, [&] {
    const Sniffed sniffed = sniff(text, complete, wishes);
    fuzz::require(!sniffed.columns.empty(), "there are columns");
    for (const SniffedColumn& column : sniffed.columns) {
      fuzz::require(!column.name.empty() && !column.type.empty(), "each has name and type");
    }
    fuzz::require(sniff(text, complete, wishes) == sniffed, "the same text is read the same way");
    split_records(text, sniffed.dialect, complete);
  });
  return 0;
}
