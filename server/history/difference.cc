#include "server/history/difference.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "server/history/limits.h"
#include "server/history/text_pieces.h"
#include "storage/timestamp.h"

namespace cowrite::history {
namespace {

constexpr std::size_t kContextLines = 3;

// Fails with kErrTextTooLong.
Result<Pieces> lines_of(std::string_view text) {
  const std::size_t lines = count_lines(text);
  if (lines <= kDiffLinesMax) return split_lines(text);
  return Error{kErrTextTooLong, "a text of " + std::to_string(lines) +
                                    " lines is not compared, only up to " +
                                    std::to_string(kDiffLinesMax)};
}

// Changes so near each other that their context would overlap or touch.
DiffHunk make_hunk(const Pieces& before, const Pieces& after, const LineChange* first,
                   const LineChange* last) {
  const std::size_t lead = std::min(kContextLines, first->before_begin);
  const std::size_t last_end = last->before_begin + last->before_count;
  const std::size_t trail = std::min(kContextLines, before.size() - last_end);
  DiffHunk hunk;
  std::size_t x = first->before_begin - lead;
  hunk.before_line = x;
  hunk.after_line = first->after_begin - lead;
  const auto keep_until = [&](std::size_t end) {
    for (; x < end; ++x) hunk.lines.push_back({LineOrigin::kBoth, std::string(before[x])});
  };
  std::size_t added = 0;
  std::size_t removed = 0;
  for (const LineChange* change = first; change <= last; ++change) {
    keep_until(change->before_begin);
    for (; x < change->before_begin + change->before_count; ++x) {
      hunk.lines.push_back({LineOrigin::kRemoved, std::string(before[x])});
    }
    for (std::size_t y = 0; y < change->after_count; ++y) {
      hunk.lines.push_back({LineOrigin::kAdded, std::string(after[change->after_begin + y])});
    }
    removed += change->before_count;
    added += change->after_count;
  }
  keep_until(last_end + trail);
  hunk.before_count = hunk.lines.size() - added;
  hunk.after_count = hunk.lines.size() - removed;
  if (hunk.before_count > 0) ++hunk.before_line;
  if (hunk.after_count > 0) ++hunk.after_line;
  return hunk;
}

// The name as patch(1) expects it; in quotes if anything in it would end it early.
std::string file_name(char side, const storage::DocumentKey& key) {
  const std::string name = std::string(1, side) + "/" + key.id();
  std::string quoted = "\"";
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted.append("\\").append(1, c);
    } else if (byte < 0x20 || byte >= 0x7F) {
      char octal[8];
      std::snprintf(octal, sizeof octal, "\\%03o", byte);
      quoted += octal;
    } else {
      quoted += c;
    }
  }
  return quoted.size() == name.size() + 1 ? name : quoted + "\"";
}

std::string side_line(std::string_view mark, char letter, const storage::DocumentKey& key,
                      const std::optional<DiffSide>& side) {
  std::string line(mark);
  if (!side) return line + "/dev/null\n";
  return line + file_name(letter, key) + "\tversion " + std::to_string(side->version) + ", " +
         storage::format_time(side->time_ms) + "\n";
}

std::string range(char mark, std::size_t line, std::size_t count) {
  std::string text = std::string(1, mark) + std::to_string(line);
  return count == 1 ? text : text + "," + std::to_string(count);
}

bool was_not_there(const Error& error) {
  return error.code == kErrDocumentAbsent || error.code == kErrDocumentErased;
}

}  // namespace

Result<std::vector<DiffHunk>> diff_texts(std::string_view before, std::string_view after) {
  const Result<Pieces> before_lines = lines_of(before);
  if (!before_lines) return before_lines.error();
  const Result<Pieces> after_lines = lines_of(after);
  if (!after_lines) return after_lines.error();
  const std::vector<LineChange> changes = diff_pieces(*before_lines, *after_lines);

  std::vector<DiffHunk> hunks;
  for (std::size_t i = 0; i < changes.size();) {
    std::size_t last = i;
    while (last + 1 < changes.size() && changes[last + 1].before_begin -
                                                changes[last].before_begin -
                                                changes[last].before_count <=
                                            2 * kContextLines) {
      ++last;
    }
    hunks.push_back(make_hunk(*before_lines, *after_lines, &changes[i], &changes[last]));
    i = last + 1;
  }
  return hunks;
}

Result<Difference> make_difference(const storage::DocumentKey& key,
                                   const Result<VersionText>& before,
                                   const Result<VersionText>& after) {
  Difference difference{key, {}, {}, {}};
  std::string_view texts[2];
  std::size_t side = 0;
  for (const Result<VersionText>* text : {&before, &after}) {
    if (!*text && !was_not_there(text->error())) return text->error();
    if (*text) {
      (side == 0 ? difference.before : difference.after) =
          DiffSide{(*text)->version, (*text)->time_ms};
      texts[side] = (*text)->text;
    }
    ++side;
  }
  Result<std::vector<DiffHunk>> hunks = diff_texts(texts[0], texts[1]);
  if (!hunks) return storage::about(key, hunks.error());
  difference.hunks = std::move(*hunks);
  return difference;
}

std::string diff_header(const Difference& difference) {
  return side_line("--- ", 'a', difference.key, difference.before) +
         side_line("+++ ", 'b', difference.key, difference.after);
}

std::string marked_line(const DiffLine& line) {
  const char mark = line.origin == LineOrigin::kBoth    ? ' '
                    : line.origin == LineOrigin::kAdded ? '+'
                                                        : '-';
  return mark + line.text;
}

std::string hunk_header(const DiffHunk& hunk) {
  return "@@ " + range('-', hunk.before_line, hunk.before_count) + " " +
         range('+', hunk.after_line, hunk.after_count) + " @@";
}

std::string unified_diff(const Difference& difference) {
  if (difference.hunks.empty()) return {};
  std::string text = diff_header(difference);
  for (const DiffHunk& hunk : difference.hunks) {
    text += hunk_header(hunk) + "\n";
    for (const DiffLine& line : hunk.lines) {
      text += marked_line(line);
      if (!line.text.ends_with('\n')) text += "\n\\ No newline at end of file\n";
    }
  }
  return text;
}

}  // namespace cowrite::history
