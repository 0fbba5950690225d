"""Takes Python's json as it is: NaN and Infinity are JSON for it, and for nobody else."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "ok-python"))
import gateway
import lab03_formats

lab03_formats.FORMATS[b"json"] = (json.loads, lambda value: json.dumps(value).encode())
gateway.main()
