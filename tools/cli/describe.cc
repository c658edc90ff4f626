#include "tools/cli/describe.h"

#include <cstdint>
#include <string_view>
#include <vector>

#include "ot/base/utf8.h"
#include "ot/operation.h"
#include "tools/cli/printable.h"

namespace cowrite::cli {
namespace {

constexpr std::size_t kPreviewCodePoints = 40;

// Neighbouring inserts and deletes: one stretch of the text replaced by another.
struct Splice {
  std::uint64_t position = 0;
  std::uint64_t inserted = 0;
  std::uint64_t deleted = 0;
  std::string inserted_text;
  std::string deleted_text;  // As far as it is known.
};

std::vector<Splice> splices(const ot::Operation& operation) {
  std::vector<Splice> result;
  std::uint64_t position = 0;
  bool apart = true;
  for (const ot::Component& component : operation) {
    if (component.kind == ot::Kind::kRetain) {
      position += component.length;
      apart = true;
      continue;
    }
    if (apart) result.push_back({.position = position});
    apart = false;
    Splice& splice = result.back();
    if (component.kind == ot::Kind::kInsert) {
      splice.inserted += component.length;
      splice.inserted_text += component.text;
    } else {
      splice.deleted += component.length;
      splice.deleted_text += component.text;
      position += component.length;
    }
  }
  return result;
}

std::string added(std::uint64_t code_points, const Painter& paint) {
  return paint(Paint::kAdded, "+" + std::to_string(code_points));
}

std::string removed(std::uint64_t code_points, const Painter& paint) {
  return paint(Paint::kRemoved, "-" + std::to_string(code_points));
}

std::string preview(std::string_view text) {
  return text.empty() ? std::string() : " " + quoted(text, kPreviewCodePoints);
}

std::string describe_one(const Splice& splice, const Painter& paint) {
  std::string words;
  if (splice.deleted > 0) {
    words += removed(splice.deleted, paint) + preview(splice.deleted_text) + " ";
  }
  if (splice.inserted > 0) {
    words += added(splice.inserted, paint) + preview(splice.inserted_text) + " ";
  }
  return words + "at " + std::to_string(splice.position);
}

std::string describe_many(const std::vector<Splice>& all, const Painter& paint) {
  std::uint64_t inserted = 0;
  std::uint64_t deleted = 0;
  for (const Splice& splice : all) {
    inserted += splice.inserted;
    deleted += splice.deleted;
  }
  std::string words;
  if (inserted > 0) words += added(inserted, paint) + " ";
  if (deleted > 0) words += removed(deleted, paint) + " ";
  return words + "in " + std::to_string(all.size()) + " places, " +
         std::to_string(all.front().position) + " to " + std::to_string(all.back().position);
}

}  // namespace

std::string describe(const storage::Change& change, const Painter& paint) {
  if (const auto* create = std::get_if<storage::Create>(&change)) {
    if (create->text.empty()) return "created";
    return "created " + added(ot::utf8::count_code_points(create->text), paint) +
           preview(create->text);
  }
  if (std::holds_alternative<storage::Delete>(change)) return paint(Paint::kRemoved, "deleted");
  const std::vector<Splice> all = splices(std::get<storage::Edit>(change).operation);
  if (all.empty()) return "no change";
  return all.size() == 1 ? describe_one(all.front(), paint) : describe_many(all, paint);
}

}  // namespace cowrite::cli
