#include "server/document/rebase.h"

#include <string>
#include <utility>
#include <variant>

#include "ot/operation.h"
#include "ot/transform.h"
#include "server/protocol/error_codes.h"

namespace cowrite::document {
namespace {

// The operation in normal form, its deletes as plain counts.
ot::Operation plain(const ot::Operation& operation) {
  ot::OperationBuilder builder;
  for (const ot::Component& component : operation) {
    switch (component.kind) {
      case ot::Kind::kRetain:
        builder.retain(component.length);
        break;
      case ot::Kind::kInsert:
        builder.insert(component.text);
        break;
      case ot::Kind::kDelete:
        builder.erase(component.length);
        break;
    }
  }
  return std::move(builder).build();
}

}  // namespace

Result<void> rebase(storage::Change& change, const storage::Record& record) {
  if (std::holds_alternative<storage::Create>(record.change)) {
    return Error{
        protocol::kErrDocAlreadyCreated,
        "the document was created meanwhile, at version " + std::to_string(record.version)};
  }
  if (std::holds_alternative<storage::Delete>(change)) return {};
  if (std::holds_alternative<storage::Delete>(record.change)) {
    return Error{protocol::kErrDocWasDeleted, "the document was deleted meanwhile, at version " +
                                                  std::to_string(record.version)};
  }
  if (std::holds_alternative<storage::Create>(change)) {
    return Error{protocol::kErrDocAlreadyCreated,
                 "the document exists already, at version " + std::to_string(record.version)};
  }
  ot::Operation& operation = std::get<storage::Edit>(change).operation;
  operation =
      ot::transform(operation, std::get<storage::Edit>(record.change).operation, ot::Side::kLeft);
  return {};
}

ot::Operation with_all_delete_texts_or_none(ot::Operation operation) {
  bool some = false;
  bool all = true;
  for (const ot::Component& component : operation) {
    if (component.kind != ot::Kind::kDelete) continue;
    some = some || !component.text.empty();
    all = all && !component.text.empty();
  }
  return some && !all ? plain(operation) : std::move(operation);
}

bool same_effect(const storage::Change& a, const storage::Change& b) {
  if (a.index() != b.index()) return false;
  const auto* first = std::get_if<storage::Edit>(&a);
  if (!first) return a == b;
  return plain(first->operation) == plain(std::get<storage::Edit>(b).operation);
}

}  // namespace cowrite::document
