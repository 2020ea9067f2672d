"""Work spread over processes or machines: sequences and trials as tasks."""

from boxtrail.execution.executor import Executor
from boxtrail.execution.factory import open_executor

__all__ = ["Executor", "open_executor"]
