"""The shipped study: simulated patients, searched until the published facts hold."""
