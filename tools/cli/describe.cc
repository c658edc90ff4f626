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

// Neighbouring inserts and deletes: one part of the text is replaced by another.
struct Replacement {
  std::uint64_t position = 0;
  std::uint64_t inserted = 0;
  std::uint64_t deleted = 0;
  std::string inserted_text;
  std::string deleted_text;  // As far as it is known.
};

std::vector<Replacement> replacements(const ot::Operation& operation) {
  std::vector<Replacement> result;
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
    Replacement& replacement = result.back();
    if (component.kind == ot::Kind::kInsert) {
      replacement.inserted += component.length;
      replacement.inserted_text += component.text;
    } else {
      replacement.deleted += component.length;
      replacement.deleted_text += component.text;
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

std::string describe_one(const Replacement& replacement, const Painter& paint) {
  std::string words;
  if (replacement.deleted > 0) {
    words += removed(replacement.deleted, paint) + preview(replacement.deleted_text) + " ";
  }
  if (replacement.inserted > 0) {
    words += added(replacement.inserted, paint) + preview(replacement.inserted_text) + " ";
  }
  return words + "at " + std::to_string(replacement.position);
}

std::string describe_many(const std::vector<Replacement>& all, const Painter& paint) {
  std::uint64_t inserted = 0;
  std::uint64_t deleted = 0;
  for (const Replacement& replacement : all) {
    inserted += replacement.inserted;
    deleted += replacement.deleted;
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
  const std::vector<Replacement> all = replacements(std::get<storage::Edit>(change).operation);
  if (all.empty()) return "no change";
  return all.size() == 1 ? describe_one(all.front(), paint) : describe_many(all, paint);
}

}  // namespace cowrite::cli
