"""The commands."""

import os

# Child processes are started by exec. What gRPC does to survive a plain fork would only complain on stderr; it looks
# at this when it is first imported.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
