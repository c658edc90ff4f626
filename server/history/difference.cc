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

Error too_long(std::size_t bytes, std::size_t lines) {
  return {kErrTextTooLong, "two texts with " + std::to_string(bytes) + " bytes and " +
                               std::to_string(lines) +
                               " lines are too long to be compared: twice the bytes, and " +
                               std::to_string(kDiffBytesPerLine) + " for each line, may be " +
                               std::to_string(kDiffBytesMax)};
}

// Changes so near each other that their context would overlap or touch.
DiffHunk make_hunk(const Pieces& before, const Pieces& after, const LineChange* first,
                   const LineChange* last) {
  const std::size_t lead = std::min(kContextLines, first->before_begin);
  const std::size_t last_end = last->before_begin + last->before_count;
  const std::size_t trail = std::min(kContextLines, before.size() - last_end);
  DiffHunk hunk;
  std::size_t lines = last_end + trail - (first->before_begin - lead);
  for (const LineChange* change = first; change <= last; ++change) lines += change->after_count;
  hunk.lines.reserve(lines);
  std::size_t x = first->before_begin - lead;
  hunk.before_line = x;
  hunk.after_line = first->after_begin - lead;
  const auto keep_until = [&](std::size_t end) {
    for (; x < end; ++x) hunk.lines.push_back({LineOrigin::kBoth, before[x]});
  };
  std::size_t added = 0;
  std::size_t removed = 0;
  for (const LineChange* change = first; change <= last; ++change) {
    keep_until(change->before_begin);
    for (; x < change->before_begin + change->before_count; ++x) {
      hunk.lines.push_back({LineOrigin::kRemoved, before[x]});
    }
    for (std::size_t y = 0; y < change->after_count; ++y) {
      hunk.lines.push_back({LineOrigin::kAdded, after[change->after_begin + y]});
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
  const std::size_t bytes = before.size() + after.size();
  const std::size_t lines = count_lines(before) + count_lines(after);
  if (diff_memory_bytes(bytes, lines) > kDiffBytesMax) return too_long(bytes, lines);
  const Pieces before_lines = split_lines(before);
  const Pieces after_lines = split_lines(after);
  const std::vector<LineChange> changes = diff_pieces(before_lines, after_lines);

  std::vector<DiffHunk> hunks;
  for (std::size_t i = 0; i < changes.size();) {
    std::size_t last = i;
    while (last + 1 < changes.size() && changes[last + 1].before_begin -
                                                changes[last].before_begin -
                                                changes[last].before_count <=
                                            2 * kContextLines) {
      ++last;
    }
    hunks.push_back(make_hunk(before_lines, after_lines, &changes[i], &changes[last]));
    i = last + 1;
  }
  return hunks;
}

Result<Difference> make_difference(const storage::DocumentKey& key, Result<VersionText> before,
                                   Result<VersionText> after) {
  for (const Result<VersionText>* text : {&before, &after}) {
    if (!*text && !was_not_there(text->error())) return text->error();
  }
  const auto side_of = [](const Result<VersionText>& text) {
    return text ? std::optional(DiffSide{text->version, text->time_ms}) : std::nullopt;
  };
  const auto take_text = [](Result<VersionText>& text) {
    return std::make_shared<const std::string>(text ? std::move(text->text) : std::string());
  };
  Difference difference{key, side_of(before), side_of(after), take_text(before), take_text(after),
                        {}};
  Result<std::vector<DiffHunk>> hunks = diff_texts(*difference.before_text, *difference.after_text);
  if (!hunks) return storage::about(key, hunks.error());
  difference.hunks = std::move(*hunks);
  return difference;
}

Result<Difference> read_difference(const storage::History& history, const storage::DocumentKey& key,
                                   const storage::VersionSelector& before,
                                   const storage::VersionSelector& after, Room& room) {
  Result<storage::Snapshot> before_read = read_version(history, key, before);
  Result<storage::Snapshot> after_read = read_version(history, key, after);
  std::size_t bytes = 0;
  std::size_t lines = 0;
  for (const Result<storage::Snapshot>* snapshot : {&before_read, &after_read}) {
    if (!*snapshot) continue;
    bytes += (*snapshot)->text.bytes();
    lines += (*snapshot)->text.lines();
  }
  if (const Result<void> taken = room.grow_to(diff_memory_bytes(bytes, lines)); !taken) {
    return storage::about(key, taken.error());
  }
  // Each rope goes when it is copied.
  Result<VersionText> before_text = copy_text(std::move(before_read));
  Result<VersionText> after_text = copy_text(std::move(after_read));
  return make_difference(key, std::move(before_text), std::move(after_text));
}

std::string diff_header(const Difference& difference) {
  return side_line("--- ", 'a', difference.key, difference.before) +
         side_line("+++ ", 'b', difference.key, difference.after);
}

std::string marked_line(const DiffLine& line) {
  const char mark = line.origin == LineOrigin::kBoth    ? ' '
                    : line.origin == LineOrigin::kAdded ? '+'
                                                        : '-';
  return std::string(1, mark).append(line.text);
}

std::string hunk_header(const DiffHunk& hunk) {
  return "@@ " + range('-', hunk.before_line, hunk.before_count) + " " +
         range('+', hunk.after_line, hunk.after_count) + " @@";
}

std::string unified_diff(const Difference& difference) {
  if (difference.hunks.empty()) return {};
  std::string text = diff_header(difference);
  std::size_t bytes = text.size();
  for (const DiffHunk& hunk : difference.hunks) {
    for (const DiffLine& line : hunk.lines) bytes += 1 + line.text.size();
  }
  text.reserve(bytes);
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
