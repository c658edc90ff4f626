// cowrite-load: puts load on a server, and verifies what came of it.

#include <csignal>
#include <iostream>
#include <string>
#include <variant>

#include "tools/load/command_line.h"

namespace {

using cowrite::Error;
using cowrite::Result;
using cowrite::load::Breaches;
using cowrite::load::EarlyExit;
using cowrite::load::Invocation;
using cowrite::load::Report;
using cowrite::load::Target;

constexpr int kExitFailed = 1;

int fail(const Error& error) {
  std::cerr << "cowrite-load: " << error.message << " (" << error.code << ")\n";
  return kExitFailed;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  auto parsed = cowrite::load::parse_command_line(argc, argv);
  if (const auto* early_exit = std::get_if<EarlyExit>(&parsed)) {
    (early_exit->exit_status == 0 ? std::cout : std::cerr) << early_exit->text;
    return early_exit->exit_status;
  }
  auto& invocation = std::get<Invocation>(parsed);
  Result<Target> target = cowrite::load::find_target(invocation.server);
  if (!target) return fail(target.error());
  invocation.run.target = *target;
  Breaches breaches;
  const Result<Report> report = invocation.apply(invocation.run, breaches);
  if (!report) return fail(report.error());
  std::cout << (invocation.json ? report->json(breaches) : report->table(breaches));
  int status = 0;
  for (const Error& breach : breaches.first()) status = fail(breach);
  return status;
}
