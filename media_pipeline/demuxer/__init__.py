"""What PyAV says about a file, asked in a process of its own: `python -m media_pipeline.demuxer`.

A hostile file may crash it or eat its memory and time, so that nothing here may import Django, and the process that
uses it (`media_pipeline.probing`) sets its limits.
"""
