#include "tools/cli/choose_documents.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cowrite::cli {
namespace {

void add_collection(DocumentSource& source, const std::string& collection,
                    ChosenDocuments& chosen) {
  std::optional<std::string> after;
  do {
    Result<history::DocumentPage> page = source.list(collection, "", after);
    if (!page) {
      chosen.failures.push_back({std::nullopt, page.error()});
      return;
    }
    std::move(page->documents.begin(), page->documents.end(), std::back_inserter(chosen.documents));
    after = page->next;
  } while (after);
}

Result<std::vector<std::string>> collections_of(Context& context, AllOf all_of) {
  if (all_of == AllOf::kCollection) return std::vector{context.collection};
  return context.data.collections();
}

}  // namespace

ChosenDocuments choose_documents(Context& context, const std::vector<std::string>& names,
                                 AllOf all_of) {
  ChosenDocuments chosen;
  for (const std::string& name : names) {
    Result<storage::DocumentInfo> info = context.data.info(context.key(name));
    if (info) {
      chosen.documents.push_back(*std::move(info));
    } else {
      chosen.failures.push_back({context.key(name), info.error()});
    }
  }
  if (!names.empty()) return chosen;
  const Result<std::vector<std::string>> collections = collections_of(context, all_of);
  if (!collections) {
    chosen.failures.push_back({std::nullopt, collections.error()});
    return chosen;
  }
  for (const std::string& collection : *collections) {
    add_collection(context.data, collection, chosen);
  }
  return chosen;
}

}  // namespace cowrite::cli
