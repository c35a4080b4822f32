"""What the pages of shows and episodes show: the views only pass it on."""
