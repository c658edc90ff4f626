#include <algorithm>
#include <memory>
#include <optional>

#include "server/http/json.h"
#include "server/http/operator_json.h"
#include "storage/errors.h"
#include "tools/cli/choose_documents.h"
#include "tools/cli/command.h"
#include "tools/cli/outcomes.h"
#include "tools/cli/printable.h"
#include "tools/cli/progress_bar.h"

namespace cowrite::cli {
namespace {

struct Arguments {
  std::vector<std::string> documents;
};

// What was found so far.
struct Findings {
  std::uint64_t documents = 0;
  std::uint64_t unproven = 0;
  bool unlisted = false;  // There may be more documents.
  storage::Proof proven;  // Summed up.
};

// Without a key, of documents that are not listed.
void report(const std::optional<storage::DocumentKey>& key, const Result<storage::Proof>& proof,
            Findings& findings, Context& context) {
  findings.documents += 1;
  if (proof) {
    findings.proven.records += proof->records;
    findings.proven.checkpoints += proof->checkpoints;
    findings.proven.chain_values += proof->chain_values;
    if (context.format == Format::kJson) context.output.json_line(http::proof_json(*key, *proof));
    return;
  }
  findings.unproven += 1;
  if (context.format == Format::kJson) {
    context.output.json_line(http::disproof_json(key, proof.error()));
  } else {
    context.output.line(context.output.paint()(Paint::kError, "unproven") + "  " +
                        printable(proof.error().message));
  }
}

void conclude(const Findings& findings, Context& context) {
  if (context.format == Format::kJson) return;
  context.output.line("proven: " + std::to_string(findings.documents - findings.unproven) + " of " +
                      std::to_string(findings.documents) + " documents, " +
                      std::to_string(findings.proven.records) + " records, " +
                      std::to_string(findings.proven.checkpoints) + " checkpoints");
}

Result<void> verify(const Arguments& arguments, Context& context) {
  const ChosenDocuments chosen = choose_documents(context, arguments.documents, AllOf::kStore);
  if (const Error* hopeless = chosen.hopeless()) return *hopeless;
  if (chosen.size() == 1 && !chosen.failures.empty()) return chosen.failures.front().error;
  std::uint64_t total = 0;
  for (const storage::DocumentInfo& info : chosen.documents) total += info.version - info.erased;
  ProgressBar bar;
  std::uint64_t done = 0;
  Findings findings;
  for (const auto& [key, error] : chosen.failures) {
    findings.unlisted = findings.unlisted || !key;
    report(key, error, findings, context);
  }
  for (const storage::DocumentInfo& info : chosen.documents) {
    const std::uint64_t its = info.version - info.erased;
    const std::string label = printable(info.key);
    const Result<storage::Proof> proof = context.data.verify(info.key, [&](std::uint64_t records) {
      bar.show(done + std::min(records, its), total, label);
      return true;
    });
    done += its;
    bar.show(done, total, label);
    if (!proof) bar.wipe();
    if (!proof && is_hopeless(proof.error())) return proof.error();
    report(info.key, proof, findings, context);
  }
  bar.wipe();
  conclude(findings, context);
  // What is stored of documents that are not listed belongs to them, perhaps.
  const bool all_known = arguments.documents.empty() && chosen.failures.empty();
  Result<void> sound = all_known ? context.data.verify_no_orphans() : Result<void>();
  if (!sound) return sound;
  if (findings.unproven > 0) {
    return Error{storage::kErrDamaged, (findings.unlisted ? "at least " : "") +
                                           std::to_string(findings.unproven) + " of " +
                                           std::to_string(findings.documents) +
                                           " documents could not be proved"};
  }
  return {};
}

Run declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.optional("DOC", "The documents' names; all of all collections if absent",
                   &arguments->documents);
  return [arguments](Context& context) { return verify(*arguments, context); };
}

}  // namespace

extern const Command kVerify;
const Command kVerify = {
    "verify", "Prove that documents are what was written, record by record",
    "Replays every record and compares what comes out with all that is stored: the SHA-256 chain,\n"
    "the checkpoints, the newest version, the index of sources. Every document is looked at; each\n"
    "that cannot be proved is a line, with its first version that is not as it was written. "
    "Without\n"
    "DOC, also that nothing is stored that belongs to no document. --data may be a data folder, "
    "also\n"
    "beside a running server, or a folder of backups, whose newest is meant.\n"
    "Exit status: 0 all is proven, 1 it is not.\n"
    "With --json: one object a line, "
    "{\"collection\",\"id\",\"proven\",\"records\",\"checkpoints\",\n"
    "\"chain_values\"}, or with \"proven\":false {\"collection\",\"id\",\"proven\",\"error\"}.\n"
    "\n"
    "Examples:\n"
    "  cowrite verify\n"
    "  cowrite verify notes plans\n"
    "  cowrite --data /backups/cowrite verify && echo good\n",
    declare};

}  // namespace cowrite::cli
