// OperationReceiver: the door for operations that were sent or stored. It takes component after
// component, checks each, and keeps them as they come.
#pragma once

#include <cstdint>

#include "ot/base/result.h"
#include "ot/operation.h"

namespace cowrite::ot {

class OperationReceiver {
 public:
  // Fails with kErrOperationInvalid if no valid operation begins like this; nothing may be added
  // then. Of a component with text the length is counted, not read.
  [[nodiscard]] Result<void> add(const Component& component);

  // Fails with kErrOperationInvalid if the last component is a retain.
  [[nodiscard]] Result<Operation> finish() &&;

 private:
  [[nodiscard]] bool ends_with_retain() const;

  Operation operation_;
  std::uint64_t length_ = 0;  // Sum of all components.
};

}  // namespace cowrite::ot
