"""Resumable uploads (tus): bytes that arrive in pieces and become a stored file when complete."""
