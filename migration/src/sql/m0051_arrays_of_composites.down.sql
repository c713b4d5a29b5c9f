drop type announced_readings;
drop type arriving_message;
drop type arriving_reading_whole;
drop type arriving_reading;
