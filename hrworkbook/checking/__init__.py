"""What a file about to be published carries: hidden, personal, left over, or not to be read by everybody."""
