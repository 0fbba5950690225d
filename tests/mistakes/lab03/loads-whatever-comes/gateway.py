"""Loads every pickle with pickle.loads, as recv_pyobj does."""

import os
import pickle
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "ok-python"))
import gateway
import lab03_formats

lab03_formats.FORMATS[b"pickle"] = (pickle.loads, pickle.dumps)
gateway.unpickle = pickle.loads
gateway.main()
