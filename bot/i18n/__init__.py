"""Every sentence people read, in English and Korean side by side."""
