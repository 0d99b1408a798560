"""Code generated from `protos/metrics.proto` by `make proto`."""
