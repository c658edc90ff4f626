#include "storage/format/chain.h"

#include "storage/format/encoding.h"
#include "storage/format/keys.h"
#include "storage/format/sha256.h"

namespace cowrite::storage {

ChainValue chain_start(const DocumentKey& key) { return sha256(document_name_key(key)); }

ChainValue chain_next(const ChainValue& value, const Record& record) {
  thread_local std::string bytes;
  bytes.assign(reinterpret_cast<const char*>(value.data()), value.size());
  put_record(record, bytes);
  return sha256(bytes);
}

}  // namespace cowrite::storage
