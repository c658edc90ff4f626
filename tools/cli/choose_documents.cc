#include "tools/cli/choose_documents.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tools/cli/outcomes.h"

namespace cowrite::cli {
namespace {

// What is hopeless is about more than this list.
Error unlisted(const Error& error, const std::string& collection,
               const std::optional<std::string>& after) {
  if (is_hopeless(error)) return error;
  const std::string which =
      after ? "after " + storage::describe({collection, *after}) : "of collection " + collection;
  return {error.code, "the documents " + which + " could not be listed: " + error.message};
}

// Damage that reaches from one collection into the next is met in both lists.
void add_failures(std::vector<history::ListFailure> failures, ChosenDocuments& chosen) {
  for (history::ListFailure& failure : failures) {
    const bool known = std::ranges::any_of(chosen.failures, [&](const auto& other) {
      return !failure.key && other.error == failure.error;
    });
    if (!known) chosen.failures.push_back(std::move(failure));
  }
}

void add_collection(DocumentSource& source, const std::string& collection,
                    ChosenDocuments& chosen) {
  std::optional<std::string> after;
  do {
    Result<history::DocumentPage> page = source.list(collection, "", after);
    if (!page) {
      chosen.failures.push_back({std::nullopt, unlisted(page.error(), collection, after)});
      return;
    }
    std::move(page->documents.begin(), page->documents.end(), std::back_inserter(chosen.documents));
    add_failures(std::move(page->damaged), chosen);
    after = page->next;
  } while (after);
}

Result<history::CollectionList> collections_of(Context& context, AllOf all_of) {
  if (all_of == AllOf::kCollection) return history::CollectionList{{context.collection}};
  return context.data.collections();
}

}  // namespace

const Error* ChosenDocuments::hopeless() const {
  const bool ended = !failures.empty() && is_hopeless(failures.back().error);
  return ended ? &failures.back().error : nullptr;
}

ChosenDocuments choose_documents(Context& context, const std::vector<std::string>& names,
                                 AllOf all_of) {
  ChosenDocuments chosen;
  for (const std::string& name : names) {
    if (chosen.hopeless() != nullptr) {
      chosen.unasked = names.size() - chosen.size();
      break;
    }
    Result<storage::DocumentInfo> info = context.data.info(context.key(name));
    if (info) {
      chosen.documents.push_back(*std::move(info));
    } else {
      chosen.failures.push_back({context.key(name), info.error()});
    }
  }
  if (!names.empty()) return chosen;
  Result<history::CollectionList> collections = collections_of(context, all_of);
  if (!collections) {
    chosen.failures.push_back({std::nullopt, collections.error()});
    return chosen;
  }
  add_failures(std::move(collections->damaged), chosen);
  for (const std::string& collection : collections->names) {
    if (chosen.hopeless() != nullptr) break;
    add_collection(context.data, collection, chosen);
  }
  return chosen;
}

}  // namespace cowrite::cli
