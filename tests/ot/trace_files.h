// Recorded editing sessions. They are not part of the project: COWRITE_TRACES names their folder,
// else it is shared/traces beside the source folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cowrite::ot {

// The trace files of this folder of the traces (seq, wire, ...), by name; none where there are no
// traces.
[[nodiscard]] std::vector<std::filesystem::path> trace_files(const std::string& folder);

}  // namespace cowrite::ot
