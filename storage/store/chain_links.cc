#include "storage/store/chain_links.h"

#include <string>
#include <string_view>

#include "storage/format/encoding.h"
#include "storage/format/keys.h"

namespace cowrite::storage {

Result<std::optional<ChainLink>> last_link(const View& view, const Head& head,
                                           std::uint64_t version) {
  std::optional<ChainLink> link;
  const Result<void> scanned =
      view.scan(Table::kMeta, chain_values(head.number, head.erased, version + 1), Order::kBackward,
                [&](std::string_view name, std::string_view value) -> Result<Visit> {
                  const Result<VersionKey> place = decode_version_key(chain_place(name));
                  if (!place) return place.error();
                  const Result<ChainValue> chain = decode_chain(name, value);
                  if (!chain) return chain.error();
                  link = {place->version, *chain};
                  return Visit::kStop;
                });
  if (!scanned) return scanned.error();
  return link;
}

void put_link(DocumentNumber number, const ChainLink& link, WriteBatch& batch) {
  const std::string name = chain_key(number, link.version);
  batch.put(Table::kMeta, name, encode_chain(name, link.value));
}

void erase_link(DocumentNumber number, std::uint64_t version, WriteBatch& batch) {
  batch.erase(Table::kMeta, chain_key(number, version));
}

}  // namespace cowrite::storage
