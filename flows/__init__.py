"""Questions as data, and a pure engine that walks them. No transport, no storage, no clock."""
