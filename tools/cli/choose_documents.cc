#include "tools/cli/choose_documents.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace cowrite::cli {
namespace {

using Documents = std::vector<storage::DocumentInfo>;

Result<void> add_collection(DocumentSource& source, const std::string& collection,
                            Documents& documents) {
  std::optional<std::string> after;
  do {
    Result<history::DocumentPage> page = source.list(collection, "", after);
    if (!page) return page.error();
    std::move(page->documents.begin(), page->documents.end(), std::back_inserter(documents));
    after = page->next;
  } while (after);
  return {};
}

Result<std::vector<std::string>> collections_of(Context& context, AllOf all_of) {
  if (all_of == AllOf::kCollection) return std::vector{context.collection};
  return context.data.collections();
}

}  // namespace

Result<Documents> choose_documents(Context& context, const std::vector<std::string>& names,
                                   AllOf all_of) {
  Documents documents;
  for (const std::string& name : names) {
    Result<storage::DocumentInfo> info = context.data.info(context.key(name));
    if (!info) return info.error();
    documents.push_back(std::move(*info));
  }
  if (!names.empty()) return documents;
  const Result<std::vector<std::string>> collections = collections_of(context, all_of);
  if (!collections) return collections.error();
  for (const std::string& collection : *collections) {
    const Result<void> added = add_collection(context.data, collection, documents);
    if (!added) return added.error();
  }
  return documents;
}

}  // namespace cowrite::cli
