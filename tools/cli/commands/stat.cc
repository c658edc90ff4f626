#include <memory>

#include "server/http/operator_json.h"
#include "tools/cli/command.h"
#include "tools/cli/human.h"
#include "tools/cli/printable.h"

namespace cowrite::cli {
namespace {

struct Arguments {
  std::optional<std::string> document;
};

// Lines of a name and what stands behind it.
class Lines {
 public:
  explicit Lines(Context& context) : output_(context.output) {}

  void text(std::string_view name, const std::string& value) {
    constexpr std::size_t kNameWidth = 16;
    output_.line(output_.paint()(Paint::kFaint, name) + std::string(kNameWidth - name.size(), ' ') +
                 value);
  }
  void number(std::string_view name, std::uint64_t value) { text(name, std::to_string(value)); }
  void bytes(std::string_view name, std::uint64_t value) {
    const std::string exact = std::to_string(value) + " bytes";
    text(name,
         output_.for_person() && value >= 1'000 ? human_bytes(value) + " (" + exact + ")" : exact);
  }

 private:
  Output& output_;
};

// With one decimal: "1.5".
std::string ratio(std::uint64_t bytes, std::uint64_t count) {
  const std::uint64_t tenths = (bytes * 10 + count / 2) / count;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

Result<void> stat_document(const storage::DocumentKey& key, Context& context) {
  const Result<history::DocumentUse> use = context.data.document_use(key);
  if (!use) return use.error();
  if (context.format == Format::kJson) {
    context.output.json_line(http::document_use_json(*use));
    return {};
  }
  const std::uint64_t records = use->info.version - use->info.erased;
  Lines lines(context);
  lines.text("document", printable(key));
  lines.number("version", use->info.version);
  lines.bytes("text", use->info.bytes);
  lines.bytes("disk", use->disk_bytes());
  lines.bytes("  records", use->record_bytes);
  lines.bytes("  checkpoints", use->checkpoint_bytes);
  lines.bytes("  sources", use->source_bytes);
  if (records > 0) lines.text("per record", ratio(use->record_bytes, records) + " bytes");
  return {};
}

Result<void> stat_store(Context& context) {
  const Result<history::StoreUse> use = context.data.store_use();
  if (!use) return use.error();
  if (context.format == Format::kJson) {
    context.output.json_line(http::store_use_json(*use));
    return {};
  }
  Lines lines(context);
  lines.bytes("files", use->store.file_bytes);
  lines.bytes("log", use->store.unflushed_bytes);
  lines.bytes("cache", use->store.cache_bytes);
  lines.bytes("memory at most", use->store.memory_bytes_max);
  lines.bytes("to be compacted", use->store.compaction_bytes);
  if (use->free_bytes) lines.bytes("disk free", *use->free_bytes);
  lines.bytes("disk reserve", use->reserve_bytes);
  return {};
}

Run declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.optional("DOC", "The document's name; the whole store if absent", &arguments->document);
  return [arguments](Context& context) {
    return arguments->document ? stat_document(context.key(*arguments->document), context)
                               : stat_store(context);
  };
}

}  // namespace

extern const Command kStat;
const Command kStat = {
    "stat", "Show what a document takes on the disk, or the whole store",
    "Of a document: its records, its checkpoints, and the index of who sent what, about; what was\n"
    "written lately counts as it lies in the log, before it is packed and compressed.\n"
    "Of the store: its files, what is in the log only, memory for blocks read and for what waits "
    "to\n"
    "be flushed (of this program with --data), what compaction is behind by, and the disk's free\n"
    "space, with the reserve below which commits wait.\n"
    "With --json: of a document "
    "{\"collection\",\"id\",\"version\",\"exists\",\"bytes\",\"created\",\n"
    "\"changed\",\"disk\":{\"records\",\"checkpoints\",\"sources\"}}; of the store "
    "{\"files\",\"log\",\n"
    "\"cache\",\"memory_max\",\"compaction_pending\",\"free\",\"reserve\"}, in bytes.\n"
    "\n"
    "Examples:\n"
    "  cowrite stat\n"
    "  cowrite stat notes --json | jq .disk.records\n",
    declare};

}  // namespace cowrite::cli
