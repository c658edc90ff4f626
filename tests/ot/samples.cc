#include "tests/ot/samples.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ot/apply.h"
#include "ot/base/check.h"

namespace cowrite::ot {

namespace {

class Enumeration {
 public:
  Enumeration(std::size_t inserts, char letter) {
    for (std::size_t insert = 0; insert < inserts; ++insert) {
      const std::string one(1, static_cast<char>(letter + static_cast<int>(insert)));
      texts_.push_back({one, one + "𝒳"});
    }
  }

  std::vector<Operation> run(std::size_t length) {
    extend(length, 0);
    return std::move(found_);
  }

 private:
  // Takes every operation that begins with components_, which has `rest` code points still to walk.
  void extend(std::size_t rest, std::size_t inserts) {
    const Kind* last = components_.empty() ? nullptr : &components_.back().kind;
    const bool after_retain = last != nullptr && *last == Kind::kRetain;
    const bool after_insert = last != nullptr && *last == Kind::kInsert;
    const bool after_delete = last != nullptr && *last == Kind::kDelete;
    if (!after_retain) found_.push_back(Operation::from_components(components_).value());
    for (std::size_t length = 1; length <= rest; ++length) {
      if (!after_retain) extend_with({Kind::kRetain, length, {}}, rest - length, inserts);
      if (!after_delete) extend_with({Kind::kDelete, length, {}}, rest - length, inserts);
    }
    if (after_insert || inserts == texts_.size()) return;
    for (const std::string& text : texts_[inserts]) {
      extend_with({Kind::kInsert, 0, text}, rest, inserts + 1);
    }
  }

  void extend_with(const Component& component, std::size_t rest, std::size_t inserts) {
    components_.push_back(component);
    extend(rest, inserts);
    components_.pop_back();
  }

  std::vector<std::vector<std::string>> texts_;  // What the n-th insert may be.
  std::vector<Component> components_;
  std::vector<Operation> found_;
};

}  // namespace

std::vector<Operation> all_operations(std::size_t length, std::size_t inserts, char letter) {
  return Enumeration(inserts, letter).run(length);
}

std::uint64_t Random::below(std::uint64_t limit) { return engine_() % limit; }

std::string Random::text(std::size_t code_points) {
  static constexpr std::string_view kAlphabet[] = {
      "a", "b", "z", " ", "\n", "\r", std::string_view("\0", 1), "é", "ß", "中", "́", "️", "‍",
      "😀", "👩", "𝒳", "x", "y",  "0"};
  std::string text;
  for (; code_points > 0; --code_points) text += kAlphabet[below(std::size(kAlphabet))];
  return text;
}

std::vector<Component> Random::components(std::uint64_t length) {
  const std::size_t steps = 1 + below(6);
  texts_.clear();
  texts_.reserve(steps);  // The components borrow from it.
  std::vector<Component> made;
  for (std::size_t step = 0; step < steps; ++step) {
    const std::uint64_t part = length == 0 ? 0 : 1 + below(std::min<std::uint64_t>(length, 5));
    switch (below(4)) {
      case 0:
        if (part == 0 || (!made.empty() && made.back().kind == Kind::kRetain)) break;
        made.push_back({Kind::kRetain, part, {}});
        length -= part;
        break;
      case 1:
        if (part == 0) break;
        texts_.push_back(below(2) == 0 ? text(part) : "");
        made.push_back({Kind::kDelete, part, texts_.back()});
        length -= part;
        break;
      default:
        texts_.push_back(text(1 + below(3)));
        made.push_back({Kind::kInsert, 0, texts_.back()});
        break;
    }
  }
  if (!made.empty() && made.back().kind == Kind::kRetain) made.pop_back();
  return made;
}

Operation Random::operation(std::uint64_t length) {
  return Operation::from_components(components(length)).value();
}

Operation Random::normal_operation(std::uint64_t length) {
  OperationBuilder builder;
  for (const Component& component : operation(length)) builder.append(component);
  return std::move(builder).build();
}

std::u32string to_code_points(std::string_view utf8) {
  std::u32string code_points;
  for (const char byte : utf8) {
    const auto value = static_cast<unsigned char>(byte);
    if (value < 0x80) {
      code_points.push_back(value);
    } else if (value < 0xC0) {
      code_points.back() = (code_points.back() << 6U) | (value & 0x3FU);
    } else {
      code_points.push_back(value < 0xE0   ? value & 0x1FU
                            : value < 0xF0 ? value & 0x0FU
                                           : value & 0x07U);
    }
  }
  return code_points;
}

std::string to_utf8(std::u32string_view code_points) {
  std::string utf8;
  const auto put = [&utf8](std::uint32_t lead, std::uint32_t code_point, unsigned continuations) {
    utf8.push_back(static_cast<char>(lead | (code_point >> (6U * continuations))));
    while (continuations-- > 0) {
      utf8.push_back(static_cast<char>(0x80U | ((code_point >> (6U * continuations)) & 0x3FU)));
    }
  };
  for (const char32_t code_point : code_points) {
    if (code_point < 0x80) {
      put(0, code_point, 0);
    } else if (code_point < 0x800) {
      put(0xC0, code_point, 1);
    } else if (code_point < 0x10000) {
      put(0xE0, code_point, 2);
    } else {
      put(0xF0, code_point, 3);
    }
  }
  return utf8;
}

std::string plain_apply(const std::string& text, const Operation& operation) {
  const std::u32string before = to_code_points(text);
  std::u32string after;
  std::size_t walked = 0;
  for (const Component& component : operation) {
    if (component.kind == Kind::kInsert) {
      after += to_code_points(component.text);
      continue;
    }
    if (component.kind == Kind::kRetain) after += before.substr(walked, component.length);
    walked += component.length;
    CHECK(walked <= before.size());
  }
  return to_utf8(after + before.substr(walked));
}

std::string rope_apply(const std::string& text, const Operation& operation) {
  Rope rope(text);
  CHECK(apply(rope, operation).has_value());
  return rope.to_string();
}

}  // namespace cowrite::ot
