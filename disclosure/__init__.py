"""Each demand for a user's data, from its arrival to a closed, provable case.

Rooms, lower ones never import higher ones: ``errors`` and ``config``; ``domain`` (the rules);
``storage``, ``gateways`` and ``documents`` (the neighbours); ``operations`` (every write);
``web``, ``cli``, ``jobs`` and ``demonstration`` (the edges); ``app``. Start reading at
``domain/workflow.py``.
"""

__version__ = "0.1.0"
