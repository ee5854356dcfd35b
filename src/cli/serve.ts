import { NestFactory } from '@nestjs/core';
void NestFactory;
export async function serve(): Promise<void> {}
